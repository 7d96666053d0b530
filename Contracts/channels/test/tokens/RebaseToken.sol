// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @notice Balances are shares of a pool that can grow and shrink.
contract RebaseToken is PlainToken {
    uint256 public percent = 100;
    bool public atTransfer;

    function rebase(uint256 value, bool onTransfer) external {
        if (onTransfer) atTransfer = true;
        else percent = value;
    }

    function balanceOf(address holder) public view override returns (uint256) {
        return _balances[holder] * percent / 100;
    }

    function _move(address from, address to, uint256 amount) internal override {
        super._move(from, to, amount * 100 / percent);
        if (atTransfer) percent *= 2;
    }
}
