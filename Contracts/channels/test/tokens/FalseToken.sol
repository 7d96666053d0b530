// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @notice Answers false instead of reverting; or says true and moves nothing.
contract FalseToken is PlainToken {
    bool public refusing;
    bool public lying;

    function set(bool refuse, bool lie) external {
        (refusing, lying) = (refuse, lie);
    }

    function transfer(address to, uint256 amount) external override returns (bool) {
        return _try(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external override returns (bool) {
        return _try(from, to, amount);
    }

    function _try(address from, address to, uint256 amount) private returns (bool) {
        if (lying) return true;
        if (refusing) return false;
        _move(from, to, amount);
        return true;
    }
}
