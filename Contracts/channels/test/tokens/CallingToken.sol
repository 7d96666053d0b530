// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PlainToken} from "./PlainToken.sol";

/// @notice Calls whom it was told to in the middle of a transfer, and keeps what that answered.
contract CallingToken is PlainToken {
    address public target;
    bytes public data;
    bytes public answer;
    bool public succeeded;

    function set(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function _move(address from, address to, uint256 amount) internal override {
        super._move(from, to, amount);
        if (target == address(0)) return;
        address called = target;
        target = address(0);
        (succeeded, answer) = called.call(data);
    }
}
