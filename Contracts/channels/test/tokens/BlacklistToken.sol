// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @notice As USDC: an issuer can pause all transfers and blacklist holders, payers and payees alike.
contract BlacklistToken is PlainToken {
    error Paused();
    error Blacklisted(address holder);

    bool public paused;
    mapping(address holder => bool) public blacklisted;

    function setPaused(bool value) external {
        paused = value;
    }

    function setBlacklisted(address holder, bool value) external {
        blacklisted[holder] = value;
    }

    function _move(address from, address to, uint256 amount) internal override {
        if (paused) revert Paused();
        if (blacklisted[from]) revert Blacklisted(from);
        if (blacklisted[to]) revert Blacklisted(to);
        super._move(from, to, amount);
    }
}
